import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** What a proxy does to the connections that go through it; all may be changed while it runs. */
export interface Trouble {
  /** Delays each chunk, both ways. Milliseconds. */
  delayMillis: number
  /** Breaks all connections, and takes no more, once so many bytes have gone to the server. */
  cutAfterBytes: number
  /** Breaks a connection once it has sent so many bytes, as often as `drops` says. */
  dropAfterBytes: number
  drops: number
  /** The answer to a request whose first line matches is swallowed, and its connection broken: as often as `swallowed` says. */
  swallow: RegExp | undefined
  swallows: number
}

/** A proxy for one test in front of a server, which makes trouble when told; gives its URL. */
export async function tcpProxy(endpoint: string) {
  const { port } = new URL(endpoint)
  const trouble: Trouble = {
    ...{ delayMillis: 0, cutAfterBytes: Infinity, dropAfterBytes: 0, drops: 0 },
    ...{ swallow: undefined, swallows: 0 },
  }
  const seen = { bytes: 0, dropped: 0, swallowed: 0 }
  const sockets = new Set<Socket>()
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const breakAll = () => sockets.forEach((socket) => socket.destroy())

  const server = createServer((client) => {
    if (seen.bytes >= trouble.cutAfterBytes) return client.destroy()
    const upstream = connect(Number(port), '127.0.0.1')
    const breakBoth = () => {
      client.destroy()
      upstream.destroy()
    }
    hold(client)
    hold(upstream)
    let sent = 0
    let isSwallowing = false
    void pass(client, upstream, (chunk) => {
      seen.bytes += chunk.length
      sent += chunk.length
      const isWanted = trouble.swallow?.test(chunk.toString('latin1').split('\r\n', 1)[0] ?? '')
      if (isWanted && seen.swallowed < trouble.swallows) isSwallowing = true
      if (seen.bytes >= trouble.cutAfterBytes) breakAll()
      if (sent < trouble.dropAfterBytes || seen.dropped >= trouble.drops) return true
      seen.dropped += 1
      breakBoth()
      return false
    })
    void pass(upstream, client, () => {
      if (!isSwallowing) return true
      seen.swallowed += 1
      breakBoth()
      return false
    })
    return undefined
  })

  async function pass(from: Socket, to: Socket, look: (chunk: Buffer) => boolean): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (trouble.delayMillis > 0) await sleep(trouble.delayMillis)
        if (!look(chunk)) return
        if (!to.write(chunk)) await new Promise((resolve) => to.once('drain', resolve).once('close', resolve))
      }
      to.end()
    } catch {
      to.destroy() // broken by the other side, or by us
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    breakAll()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, trouble, seen }
}
