/** What `job init` writes: a job that runs on any agent, and teaches on the way. In the formatter's layout. */
export const FULL_JOB = `# A job says what should run. "job run" hands it to the servers, which choose nodes and keep it running;
# "job plan" shows beforehand what would change, and "job validate" whether it is right.
#
# Everything here is Nomad's job specification, but for the "route" block, which is Shoal's own.

# Input variables: -var count=3, NOMAD_VAR_count=3, -var-file, or a file *.auto.vars.hcl beside this one.
variable "count" {
  description = "How many instances run"
  type        = number
  default     = 2

  validation {
    condition     = var.count > 0
    error_message = "At least one instance is needed."
  }
}

# Locals have names for what is used more than once.
locals {
  greeting = "Hello from \${upper("shoal")}"
}

job "example" {
  # Where it may run: names of datacenters or patterns. "*" is everywhere.
  datacenters = ["*"]

  # "service" runs on and on, "batch" until it is done, "system" once on every node, "sysbatch" both.
  type = "service"

  # What is more important may take the place of what is less, 1 to 100.
  priority = 50

  # Only nodes that are like this. Also: regexp, version, set_contains, distinct_hosts, is_set, …
  constraint {
    attribute = "\${attr.kernel.name}"
    value     = "linux"
  }

  # How a new version takes over: one instance after another, each only when the last is healthy.
  update {
    max_parallel     = 1
    min_healthy_time = "5s"
    healthy_deadline = "1m"
    # Back to the last version that was healthy, if this one is not.
    auto_revert = true
    # With canary = 1 a new version gets an instance beside the old ones first, and waits for "deployment promote".
    canary = 0
  }

  # Tasks of a group run together on one node. Each instance of a group is an allocation.
  group "web" {
    count = var.count

    # Better not all on one node, if there are several.
    spread {
      attribute = "\${node.unique.name}"
    }

    # A port that is free on the node. Tasks find it in NOMAD_PORT_http; static = 8080 asks for just that one.
    network {
      port "http" {}
    }

    # Others find the instances by DNS (example.service.consul), by Consul's API, and in templates.
    service {
      name = "example"
      port = "http"
      tags = ["example"]

      # Who is not healthy gets no requests; after three failures in a row the task is restarted.
      check {
        type     = "http"
        path     = "/health"
        interval = "5s"
        timeout  = "2s"

        check_restart {
          limit = 3
          grace = "10s"
        }
      }

      # Where the edge lets the outside in. With tls = true it gets a certificate.
      route {
        path = "/example"
      }
    }

    # A task that ends is started again, but not for ever: after that another node is tried.
    restart {
      attempts = 3
      interval = "5m"
      delay    = "5s"
      mode     = "fail"
    }

    task "server" {
      # raw_exec runs a program of the node. docker and exec are other drivers.
      driver = "raw_exec"

      config {
        command = "node"
        args    = ["local/server.mjs"]
      }

      # \${…} is filled in where the task runs.
      env {
        GREETING = "\${local.greeting}, instance \${NOMAD_ALLOC_INDEX}"
      }

      # Files that are written before the task starts, with Go's templates: values from Consul's keys, services, secrets.
      # When what is in them changes, the task is restarted, or gets a signal (change_mode).
      template {
        destination = "local/server.mjs"
        data        = <<-EOT
          import { createServer } from 'node:http';

          const { NOMAD_PORT_http: port, GREETING } = process.env;
          const server = createServer((request, response) => {
            response.end(request.url === '/health' ? 'ok' : GREETING + ' on {{ env "node.unique.name" }}\\n');
          });
          server.listen(port, () => console.log('listening on port ' + port));
          process.on('SIGTERM', () => server.close(() => process.exit(0)));
        EOT
      }

      # Files and archives from elsewhere:
      #
      # artifact {
      #   source      = "https://example.com/files.tar.gz"
      #   destination = "local/files"
      # }

      # MHz and MB. What is reserved here is what the scheduler counts with.
      resources {
        cpu    = 50
        memory = 64
      }

      # How long it may take to end after it was told to.
      kill_timeout = "10s"

      # What the task prints is kept in files that are turned over: "alloc logs".
      logs {
        max_files     = 3
        max_file_size = 5
      }
    }
  }
}
`;
