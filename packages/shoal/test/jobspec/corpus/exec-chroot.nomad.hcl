job "agentd" {
  datacenters = ["dc1", "dc2"]
  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }
  group "daemon" {
    task "agentd" {
      driver = "exec"
      user   = "nobody"
      config {
        command = "/usr/local/bin/agentd"
        args = [
          "-log-level", "debug",
          "-data", "${NOMAD_TASK_DIR}/data",
        ]
        pid_mode = "private"
        cap_drop = ["all"]
      }
      artifact {
        source      = "https://example.com/agentd_${attr.kernel.name}_${attr.cpu.arch}.tar.gz"
        destination = "local/"
        options {
          checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        }
      }
    }
  }
}
