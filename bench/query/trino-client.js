// usage: node trino-client.js '{ "url", "user", "sql", "client" }': asks Trino with the npm package trino-client in the folder `client`.
import { createRequire } from 'node:module'
import { countRows, timedQuery } from './timed-query.js'

const { url, user, sql, client } = JSON.parse(process.argv[2])
const require = createRequire(`${client}/package.json`)
const { BasicAuth, Trino } = require('trino-client')
const trino = Trino.create({ server: url, auth: new BasicAuth(user) })
await timedQuery(
  async () => {
    const pages = await trino.query(sql)
    return countRows(pages, ({ error, data = [] }) => {
      if (error) throw new Error(error.message)
      return data.length
    })
  },
  { version: `trino-client ${require('trino-client/package.json').version}` },
)
