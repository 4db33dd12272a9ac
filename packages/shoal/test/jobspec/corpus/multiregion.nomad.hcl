job "worldwide" {
  multiregion {
    strategy {
      max_parallel = 1
      on_failure   = "fail_all"
    }
    region "west" {
      count       = 2
      datacenters = ["west-1"]
      meta {
        my-key = "W"
      }
    }
    region "east" {
      count       = 5
      datacenters = ["east-1", "east-2"]
      node_pool   = "east"
    }
  }
  datacenters = ["west-1"]
  update {
    max_parallel      = 1
    min_healthy_time  = "10s"
    healthy_deadline  = "2m"
    progress_deadline = "3m"
    auto_revert       = true
  }
  group "cache" {
    count = 0
    task "redis" {
      driver = "docker"
      config {
        image = "redis:6"
      }
    }
  }
}
