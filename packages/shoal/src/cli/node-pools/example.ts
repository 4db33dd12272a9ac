/** What `node pool init` writes. */
export const EXAMPLE_HCL = `# A node pool. Make it with: node pool apply pool.nomad.hcl
#
# Nodes say which pool they are in: client { node_pool = "example" } in the agent's configuration. Jobs say which
# pool they run on: node_pool = "example" in the job block; "all" takes every node. What says nothing is in "default".
node_pool "example" {
  description = "Example node pool"

  # For people, and for filters: node pool list -filter='Meta.environment == "test"'
  meta {
    environment = "test"
    owner       = "sre"
  }
}
`;

export const EXAMPLE_JSON = `{
  "Name": "example",
  "Description": "Example node pool",
  "Meta": {
    "environment": "test",
    "owner": "sre"
  }
}
`;
