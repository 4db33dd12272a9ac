/** What images of common programs listen on, by how the last part of their name begins. Their own documentation says so. */
const PORTS: readonly (readonly [RegExp, number])[] = [
  [/^(?:postgres|postgis|timescaledb|pgvector)/, 5432],
  [/^(?:mysql|mariadb|percona)/, 3306],
  [/^(?:redis|valkey|keydb|dragonfly)/, 6379],
  [/^mongo(?!-express)/, 27017],
  [/^rabbitmq/, 5672],
  [/^memcached/, 11211],
  [/^(?:elasticsearch|opensearch)(?!-dashboards)/, 9200],
  [/^nats/, 4222],
  [/^clickhouse/, 8123],
  [/^influxdb/, 8086],
  [/^minio/, 9000],
  [/^kafka/, 9092],
  [/^zookeeper/, 2181],
  [/^etcd/, 2379],
  [/^cassandra/, 9042],
  [/^couchdb/, 5984],
  [/^meilisearch/, 7700],
  [/^solr/, 8983],
];

/** `docker.io/library/postgres:16-alpine` listens on 5432. */
export function imagePort(image: string): number | undefined {
  const name = image
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .replace(/^.*\//, '');
  return PORTS.find(([pattern]) => pattern.test(name))?.[1];
}
