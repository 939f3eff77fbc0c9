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

/** Returns the body of a successful response, or undefined if the request fails or the status is not 2xx. */
export async function responseText(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}
