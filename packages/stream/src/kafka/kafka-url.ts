/** Where a topic is. */
export interface KafkaAddress {
  /** Addresses of brokers, `host:port`. */
  brokers: string[]
  topic: string
}

const example = 'kafka://127.0.0.1:9092/pump-readings'

/** Reads `kafka://host:port,host:port/topic`; the port is 9092 by default. Throws a RangeError that never contains a password. */
export function parseKafkaUrl(url: string): KafkaAddress {
  const [, authority = '', topic = ''] = /^kafka:\/\/([^/?#]+)\/([^/?#]+)$/.exec(url) ?? []
  if (authority.includes('@'))
    throw new RangeError(`a Kafka URL expected brokers without user and password, such as ${example}`)
  const brokers = authority.split(',').map((address) => (/:\d+$/.test(address) ? address : `${address}:9092`))
  if (topic === '' || brokers.some((broker) => !/^(\[[\da-f:]+\]|[\w.-]+):\d{1,5}$/i.test(broker)))
    throw new RangeError(
      `expected a Kafka URL such as ${example}, got ${authority === '' ? url : `kafka://${authority}/${topic}`}`,
    )
  // Kafka's own rule for names of topics.
  if (!/^[\w.-]{1,249}$/.test(topic))
    throw new RangeError(
      `a topic expected a name of letters, digits, dots, hyphens and underscores, got ${JSON.stringify(topic)}`,
    )
  return { brokers, topic }
}
