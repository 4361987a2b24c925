#!/usr/bin/env bash
# Installs the program into $ROOT/bin, if it is not there.
#
# Without $VERSION it is built from the source that this script is a part of. With it, the binary of that release of
# $REPOSITORY is taken: it must have the checksum that the release's SHA256SUMS says, and GitHub must attest that the
# release workflow built it from that tag, where `gh` is there to ask and $TOKEN to ask with. What does not fit ends the
# script. What is not there at all (no such release, none for this machine) is built from source.
set -euo pipefail
# For gh alone, and for nothing else that is run here.
token=${TOKEN:-}
unset TOKEN
version=${VERSION:-}
repository=${REPOSITORY:-}
server=${GITHUB_SERVER_URL:-https://github.com}
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "::error::$1"
  exit 6
}

# The Rust name of this machine, or nothing.
target() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# fetch NAME: takes a file of the release; not when it is not there.
fetch() {
  local url=$server/$repository/releases/download/$version/$1 secure=() status
  case $server in https://*) secure=(--proto '=https' --tlsv1.2) ;; esac
  status=$(curl --silent --show-error --location --retry 2 --max-time 600 ${secure[@]+"${secure[@]}"} \
    --output "$work/$1" --write-out '%{http_code}' "$url") || fail "$url could not be downloaded whole"
  case $status in
    200) ;;
    404) return 1 ;;
    *) fail "$url: the answer is $status" ;;
  esac
}

# The binary of the release; not when there is none.
download() {
  local name archive told
  name=rebalance-$version-$(target)
  archive=$name.tar.gz
  fetch SHA256SUMS && fetch "$archive" || return 1
  told=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [[ $told =~ ^[0-9a-f]{64}$ ]] || fail "SHA256SUMS of $version does not say one checksum of $archive"
  [ "$(sha256 "$work/$archive")" = "$told" ] || fail "$archive does not have the checksum that SHA256SUMS says: it is not installed"
  if ! command -v gh >/dev/null || [ -z "$token" ]; then
    echo "::notice::$archive has the checksum of its release; nobody was asked who built it, for want of gh or a token"
  else
    GH_TOKEN=$token gh attestation verify "$work/$archive" --repo "$repository" --source-ref "refs/tags/$version" \
      --signer-workflow "$repository/.github/workflows/release.yml" || fail "nobody attests who built $archive: it is not installed"
  fi
  tar -xzf "$work/$archive" -C "$work"
  mkdir -p "$ROOT/bin"
  cp "$work/$name"/rebalance* "$ROOT/bin/"
}

build() {
  # Not in the checkout of whoever calls: cargo and rustup read configuration from where they are run, and would do what
  # it says.
  cd "$source"
  cargo install --locked --quiet --path . --root "$ROOT" --target-dir "$RUNNER_TEMP/rebalance-target"
}

if [ ! -x "$ROOT/bin/rebalance" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if [ -z "$version" ]; then
    build
  elif [ -z "$repository" ] || [ -z "$(target)" ] || ! download; then
    echo "::notice::there is no binary of $version for this machine: it is built from source"
    build
  fi
fi
"$ROOT/bin/rebalance" --version
