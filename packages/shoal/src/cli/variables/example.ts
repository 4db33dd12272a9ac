/** What `var init` writes. */
export const EXAMPLE_HCL = `# A variable of Nomad's. Write it with: var put @spec.nv.hcl

# Where it is. May be left out here, and named on the command line: var put PATH @spec.nv.hcl
# Tasks read without further ado what is at nomad/jobs, nomad/jobs/JOB, nomad/jobs/JOB/GROUP and
# nomad/jobs/JOB/GROUP/TASK, with {{ with nomadVar "nomad/jobs/JOB" }}{{ .key1 }}{{ end }} in a template block.
path = "nomad/jobs/example"

# -namespace on the command line counts more.
# namespace = "default"

# Texts by their names. Together they are encrypted, and may have 64 KiB.
# Names of letters, digits and _ are the easiest to use in templates.
items {
  key1 = "value 1"
  key2 = "value 2"
}
`;

export const EXAMPLE_JSON = `{
  "Namespace": "default",
  "Path": "nomad/jobs/example",
  "Items": {
    "key1": "value 1",
    "key2": "value 2"
  }
}
`;
