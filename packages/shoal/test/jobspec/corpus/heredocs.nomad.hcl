job "heredocs" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image   = "bash"
        command = "bash"
        args = ["-c", <<EOT
for i in 1 2 3; do
  echo "$i: ${NOMAD_TASK_NAME}"
done
EOT
        ]
      }
      template {
        destination = "local/a"
        data        = <<-INDENTED
          first
            second
          INDENTED
      }
      template {
        destination = "local/b"
        data        = <<A
{{ define "x" }}${trimspace("  y ")}{{ end }}
A
      }
    }
  }
}
