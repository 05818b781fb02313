-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends, and what it tells at the end as one line of JSON.
local model = os.getenv("SERVE_MODEL") or "add_sub"
local numbers = {}
for i = 1, 16 do numbers[i] = i end
local data = table.concat(numbers, ",")

wrk.method = "POST"
wrk.path = "/v2/models/" .. model .. "/infer"
wrk.headers["Content-Type"] = "application/json"
if model == "identity" then
    wrk.body = '{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1,16],"data":[' .. data .. ']}]}'
else
    wrk.body = '{"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,16],"data":[' .. data ..
        ']},{"name":"INPUT1","datatype":"INT32","shape":[1,16],"data":[' .. data .. ']}]}'
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        'SERVE {"requests":%d,"seconds":%.3f,"errors":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}\n',
        summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
