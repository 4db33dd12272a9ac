job "whoami-nomad" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "exec"
      config {
        command = "/usr/bin/curl"
        args = [
          "--unix-socket", "${NOMAD_SECRETS_DIR}/api.sock",
          "-H", "Authorization: Bearer ${NOMAD_TOKEN}",
          "localhost/v1/agent/self",
        ]
      }
      identity {
        env = true
      }
      consul {}
    }
  }
}
