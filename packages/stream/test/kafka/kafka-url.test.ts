import { expect, test } from 'vitest'
import { kafkaSource, parseKafkaUrl } from '../../src/kafka/kafka-source.js'

test('reads brokers and topic', () => {
  expect(parseKafkaUrl('kafka://127.0.0.1:9092/pump-readings')).toEqual({
    brokers: ['127.0.0.1:9092'],
    topic: 'pump-readings',
  })
  expect(parseKafkaUrl('kafka://a,b:9093/t.1').brokers).toEqual(['a:9092', 'b:9093'])
})

test.each(['http://a/b', 'kafka://a', 'kafka:///t', 'kafka://a/b/c', 'kafka://a b/t', 'kafka://a/ü'])(
  'refuses %s',
  (url) => expect(() => parseKafkaUrl(url)).toThrow(RangeError),
)

test('never repeats a password', () => {
  expect(() => parseKafkaUrl('kafka://user:secret@a/t')).toThrow(/^(?!.*secret).*without user and password/)
})

test('says in one sentence that no broker answers', async () => {
  await expect(kafkaSource({ brokers: ['127.0.0.1:9'], topic: 't', group: 'g' })).rejects.toThrow(
    'no Kafka broker answers at 127.0.0.1:9: start it (minilake up --with kafka), or name another',
  )
})
