#!/usr/bin/env bash
# Where the program goes, and the key of what it is built from, as outputs of a step: everything that is compiled in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
key=$(find Cargo.toml Cargo.lock docs/review.yml policies portfolio_config.yaml schema src templates -type f -print0 |
  LC_ALL=C sort -z | xargs -0 shasum -a 256 | shasum -a 256 | cut -c 1-64)
printf 'key=%s\nroot=%s\n' "$key" "$RUNNER_TEMP/rebalance-$key" >>"$GITHUB_OUTPUT"
