#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The long comparisons: answers under schemas, the float32 reference, and public data where it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

program=${AUTOGLM_BIN:-.build/release/autoglm}
data=${AUTOGLM_TEST_DATA:-../shared/data}

say '1,000 answers of the default model under 50 schemas: all have to fit'
"$program" bench answers --schemas Examples/evaluation/answer-schemas.jsonl --answers 20 --max-tokens 4096 --output json

if [ -d "$data/json_schema_test_suite/draft2020-12" ]; then
    say 'The official JSON Schema test suite, required tests'
    "$program" validate --suite "$data/json_schema_test_suite/draft2020-12" --output json
else
    say "The official JSON Schema test suite is not in $data: left out (AUTOGLM_TEST_DATA names another folder)"
fi
if [ -f "$data/jsonschemabench/schemas.jsonl" ]; then
    say 'Real schemas with labelled instances, through token masks'
    "$program" bench constraints --schemas "$data/jsonschemabench/schemas.jsonl" --output json
else
    say "JSONSchemaBench is not in $data: left out"
fi
