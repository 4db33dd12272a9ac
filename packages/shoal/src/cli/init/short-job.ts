/** The same job without its words: what `job init -short` writes. */
export const SHORT_JOB = `job "example" {
  datacenters = ["*"]

  group "web" {
    count = 2

    network {
      port "http" {}
    }

    service {
      name = "example"
      port = "http"

      check {
        type     = "http"
        path     = "/health"
        interval = "5s"
        timeout  = "2s"
      }
    }

    task "server" {
      driver = "raw_exec"

      config {
        command = "node"
        args    = ["local/server.mjs"]
      }

      template {
        destination = "local/server.mjs"
        data        = <<-EOT
          import { createServer } from 'node:http';

          createServer((request, response) => response.end('ok\\n')).listen(process.env.NOMAD_PORT_http);
        EOT
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
`;
