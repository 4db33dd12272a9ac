job "transcode" {
  datacenters = ["dc1"]
  type        = "batch"
  parameterized {
    payload       = "required"
    meta_required = ["profile"]
    meta_optional = ["callback"]
  }
  group "transcode" {
    task "ffmpeg" {
      driver = "docker"
      config {
        image = "ffmpeg:6"
        args  = ["-i", "${NOMAD_TASK_DIR}/input.json", "-preset", "${NOMAD_META_PROFILE}"]
      }
      dispatch_payload {
        file = "input.json"
      }
      resources {
        cores  = 2
        memory = 1024
        memory_max = 2048
      }
    }
  }
}
