job "sync" {
  type        = "sysbatch"
  datacenters = ["dc1"]
  parameterized {
    meta_optional = ["target"]
  }
  group "sync" {
    task "sync" {
      driver = "raw_exec"
      config {
        command = "/usr/bin/rsync"
        args    = ["-a", "/srv/", "${NOMAD_META_target}:/srv/"]
      }
    }
  }
  meta {
    target = "backup.internal"
  }
}
