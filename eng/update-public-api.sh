#!/usr/bin/env bash
# Writes every library's public surface into its PublicAPI.Unshipped.txt, from the analyzer's own reports.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for file in src/*/PublicAPI.Unshipped.txt; do
  printf '#nullable enable\n' >"$file"
done
# Between them, the command and the extensions reference every library.
for project in src/Paraformer.Cli src/Paraformer.Extensions; do
  dotnet build "$project" -c Release --no-incremental -v quiet -p:TreatWarningsAsErrors=false 2>&1 | grep 'RS0016: Symbol' >>"$log" || true
done
for file in src/*/PublicAPI.Unshipped.txt; do
  project=$(basename "$(dirname "$file")")
  grep -F "/$project.csproj]" "$log" | sed -E "s/.*RS0016: Symbol '(.*)' is not part of the declared.*/\1/" | LC_ALL=C sort -u >>"$file" || true
  printf '%s: %s symbols\n' "$project" "$(($(wc -l <"$file") - 1))"
done
