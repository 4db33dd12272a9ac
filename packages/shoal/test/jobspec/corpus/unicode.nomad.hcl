job "größe-測試" {
  datacenters = ["dc1"]
  meta {
    naïve = "ja — 是"
    emoji = "🦊"
  }
  group "gruppe" {
    task "tâche" {
      driver = "raw_exec"
      config {
        command = "/bin/echo"
        args    = ["\u00fcber", "tab\there", "line\nbreak"]
      }
    }
  }
}
