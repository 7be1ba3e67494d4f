// Reads {"documents": [...], "rows": [{scps, rcps, request}]} from standard input and prints one result a row, as
// @cloud-copilot/iam-simulate (AGPL-3.0) sees it. A process of its own, used by tests only.
import { runUnsafeSimulation } from "@cloud-copilot/iam-simulate";

const everything = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { documents, rows } = JSON.parse(Buffer.concat(chunks).toString());

const named = (policies, prefix) =>
  policies.map((number, index) => ({ name: `${prefix}${index}`, policy: documents[number] }));
const levels = (numbers, prefix) =>
  numbers.map((policies, index) => ({
    orgIdentifier: `level${index}`,
    policies: named(policies, prefix),
  }));

const results = rows.map(({ scps, rcps, request }) =>
  runUnsafeSimulation(
    {
      request,
      identityPolicies: [{ name: "everything", policy: everything }],
      serviceControlPolicies: levels(scps, "scp"),
      resourceControlPolicies: levels(rcps, "rcp"),
    },
    {},
  ),
);
process.stdout.write(JSON.stringify(results));
