#!/usr/bin/env bash
# Which program, where it goes, and the key of it, as outputs of a step. $VERSION is a release that was asked for, $REF what
# the workflow named the action by: a tag of a release asks for that release. Otherwise it is built from this source, and
# the key is made of everything that is compiled in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
release='^v[0-9]+\.[0-9]+\.[0-9]+$'
version=${VERSION:-}
if [ -z "$version" ] && [[ ${REF:-} =~ $release ]]; then version=$REF; fi
if [ -n "$version" ] && [[ ! $version =~ $release ]]; then
  echo '::error::the version is not written as that of a release, v0.1.0 for instance'
  exit 64
fi
key=$(find Cargo.toml Cargo.lock docs/review.yml policies portfolio_config.yaml schema src templates -type f -print0 |
  LC_ALL=C sort -z | xargs -0 shasum -a 256 | shasum -a 256 | cut -c 1-64)
key=$key${version:+-$version}
printf 'version=%s\nkey=%s\nroot=%s\n' "$version" "$key" "$RUNNER_TEMP/rebalance-$key" >>"$GITHUB_OUTPUT"
