import type { KafkaAddress } from './kafka-url.js'

/** An error of the client as one sentence with the fix. */
export function kafkaFailure(cause: unknown, { brokers, topic }: KafkaAddress): Error {
  const [where, text] = [brokers.join(', '), textOf(cause)]
  const { type } = innermost(cause) as { type?: string }
  const sentence =
    (type && sentences[type]?.(topic, where)) ??
    (/ECONN|EHOSTUNREACH|ENOTFOUND|timeout|timed out/i.test(text)
      ? `no Kafka broker answers at ${where}: start it (minilake up --with kafka), or name another`
      : /compression|codec/i.test(text)
        ? `topic ${topic} has messages in a compression that cannot be read here: expected none or gzip (${text})`
        : `Kafka at ${where} failed for topic ${topic}: ${text}`)
  return new Error(sentence, { cause })
}

const sentences: Readonly<Record<string, (topic: string, where: string) => string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: (topic, where) =>
    `Kafka at ${where} has no topic ${topic}: create it, or name another`,
  INVALID_TOPIC_EXCEPTION: (topic) => `Kafka does not accept ${topic} as the name of a topic`,
  TOPIC_AUTHORIZATION_FAILED: (topic) => `Kafka does not let this user read topic ${topic}`,
  GROUP_AUTHORIZATION_FAILED: () =>
    'Kafka does not let this user join the consumer group: name another with `group`',
}

function innermost(error: unknown): unknown {
  const { cause, originalError } = error as { cause?: unknown; originalError?: unknown }
  const inner = cause ?? originalError
  return inner instanceof Error ? innermost(inner) : error
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
