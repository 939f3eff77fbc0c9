// usage: node keep-alive.js '{ "url", "user", "sql" }': the least that a client of Trino has to do.
import { Agent, request } from 'node:http'
import { timedQuery } from './timed-query.js'

const { url, user, sql } = JSON.parse(process.argv[2])
const agent = new Agent({ keepAlive: true })

function answerTo(target, { method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, method, headers: { 'X-Trino-User': user } }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

await timedQuery(
  async () => {
    let rows = 0
    let answer = await answerTo(`${url}/v1/statement`, { method: 'POST', body: sql })
    for (;;) {
      if (answer.error) throw new Error(answer.error.message)
      rows += answer.data?.length ?? 0
      if (!answer.nextUri) return rows
      answer = await answerTo(answer.nextUri)
    }
  },
  { version: `Node ${process.versions.node}` },
)
agent.destroy()
