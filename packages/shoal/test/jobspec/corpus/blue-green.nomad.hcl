job "shop" {
  datacenters = ["dc1"]
  group "shop" {
    count = 3
    update {
      max_parallel = 1
      canary       = 3
      auto_revert  = true
    }
    task "shop" {
      driver = "docker"
      config {
        image = "shop:blue"
      }
    }
  }
}
