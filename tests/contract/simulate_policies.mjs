// Reads {"policies": [...], "rows": [{policy, principal, action, resource, accountId, context}]} from standard input
// and prints one result a row, as @cloud-copilot/iam-simulate (AGPL-3.0) sees it. A process of its own, used by tests
// only. An AWS principal may do everything by its own policies; what decides is the resource policy.
import { runSimulation } from "@cloud-copilot/iam-simulate";

const everything = {
  name: "everything",
  policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
};

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { policies, rows } = JSON.parse(Buffer.concat(chunks).toString());

const results = [];
for (const { policy, principal, action, resource, accountId, context } of rows) {
  const result = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables: context },
      identityPolicies: principal.startsWith("arn:") ? [everything] : [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: policies[policy],
    },
    {},
  );
  results.push(result.overallResult ?? JSON.stringify(result.errors ?? result));
}
process.stdout.write(JSON.stringify(results));
