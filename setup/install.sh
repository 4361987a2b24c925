#!/usr/bin/env bash
# Installs the program into $ROOT/bin, if it is not there: built from the source that this script is a part of.
set -euo pipefail
if [ ! -x "$ROOT/bin/rebalance" ]; then
  # Not in the checkout of whoever calls: cargo and rustup read configuration from where they are run, and would do what
  # it says.
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  cargo install --locked --quiet --path . --root "$ROOT" --target-dir "$RUNNER_TEMP/rebalance-target"
fi
"$ROOT/bin/rebalance" --version
