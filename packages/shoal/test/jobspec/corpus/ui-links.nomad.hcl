job "docs" {
  datacenters = ["dc1"]
  ui {
    description = "A job with **links**"
    link {
      label = "Handbook"
      url   = "https://example.com/handbook"
    }
    link {
      label = "Source"
      url   = "https://example.com/source"
    }
  }
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image = "x"
      }
    }
  }
}
