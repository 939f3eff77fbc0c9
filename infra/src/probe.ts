import { connect } from 'node:net'

/** Returns whether something accepts connections on a port of 127.0.0.1. */
export async function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 })
    const end = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

/** The call `getStatus` in Thrift's binary protocol: version and type, length of the name, name, sequence number, no arguments. */
const getStatus = Buffer.from(
  '80010001' + '00000009' + Buffer.from('getStatus').toString('hex') + '00000000' + '00',
  'hex',
)

/** Returns whether a Hive Metastore on a port of 127.0.0.1 answers a call. A frozen one still accepts connections. */
export async function metastoreAnswers(port: number): Promise<boolean> {
  // A reply begins with 80 01 and has the type 2; anything else is no metastore, or an exception of one.
  return answers(port, getStatus, (reply) => reply.toString('hex').startsWith('80010002'))
}

/** Kafka's request ApiVersions, version 0: size, number 18 and version of the request, its own number 7, no client name. */
const apiVersions = Buffer.from('0000000a' + '0012' + '0000' + '00000007' + 'ffff', 'hex')

/** Returns whether a Kafka broker on a port of 127.0.0.1 answers a request. A frozen one still accepts connections. */
export async function kafkaAnswers(port: number): Promise<boolean> {
  // A response has its size, the number of the request, and then the error code 0.
  return answers(port, apiVersions, (reply) => reply.subarray(4, 10).toString('hex') === '000000070000')
}

async function answers(port: number, call: Buffer, isReply: (reply: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => socket.write(call))
    socket.once('data', (reply) => end(isReply(reply)))
    for (const event of ['error', 'close', 'timeout']) socket.once(event, () => end(false))
  })
}

/** Returns the body of a successful response, or undefined if the request fails or the status is not 2xx. */
export async function responseText(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}
