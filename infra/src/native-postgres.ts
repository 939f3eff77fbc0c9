import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { findPostgres } from './find-program.js'
import type { NativeContext, NativePart } from './native-part.js'
import { takesConnections } from './probe.js'
import { runProgram } from './run-program.js'

/** PostgreSQL, where the metastore keeps its tables: the machine's own programs on a data folder of the stack's. */
export function nativePostgres({ config, folder, environment, signal }: NativeContext): NativePart {
  const port = config.ports.postgres
  const data = join(folder, 'data', 'postgres')
  const program = async (name: string) => join((await findPostgres(environment)) ?? '', name)
  const run = async (name: string, args: string[], variables = {}) =>
    runProgram(await program(name), args, {
      env: { ...environment, ...variables },
      cwd: data,
      account: await account(),
      signal,
    })

  // PostgreSQL refuses to run as root: then it runs as the user that its package has made.
  const account = async () => {
    if (getuid?.() !== 0) return undefined
    const id = async (flag: string) =>
      Number(await runProgram('id', [flag, 'postgres'], { env: environment }))
    return { uid: await id('-u'), gid: await id('-g') }
  }

  return {
    name: 'postgres',
    port,
    portVariable: 'POSTGRES_PORT',

    missing: async () => {
      if ((await findPostgres(environment)) === undefined)
        return ['PostgreSQL (apt-get install postgresql, brew install postgresql@15)']
      const isAllowed = await account().then(
        () => true,
        () => false,
      )
      return isAllowed ? [] : ['a user other than root, as whom PostgreSQL can run']
    },

    install: async () => {},

    prepare: async () => {
      await mkdir(data, { recursive: true })
      if ((await readdir(data)).length > 0) return
      const owner = await account()
      if (owner) {
        await chown(data, owner.uid, owner.gid)
        await runProgram('ls', [data], { env: environment, account: owner, signal }).catch(
          (cause: unknown) => {
            signal?.throwIfAborted()
            throw new Error(
              `PostgreSQL cannot run as root, and the user postgres cannot enter ${data}: let others enter the folders above it (chmod o+x), or name another folder`,
              { cause },
            )
          },
        )
      }
      // Beside the data: initdb wants an empty folder.
      const passwordFile = `${data}.password`
      await writeFile(passwordFile, config.databasePassword, { mode: 0o600 })
      if (owner) await chown(passwordFile, owner.uid, owner.gid)
      try {
        await run('initdb', [
          ...['--pgdata', data, '--username', 'metastore', '--pwfile', passwordFile],
          ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale'],
        ])
      } finally {
        await rm(passwordFile)
      }
    },

    program: async () => ({
      command: await program('postgres'),
      // No socket in the file system: its path may be longer than the system allows.
      args: [
        '-D',
        data,
        '-p',
        String(port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
      ],
      env: environment,
      cwd: data,
      account: await account(),
    }),

    endSignal: 'SIGINT', // its "fast" shutdown: SIGTERM would wait for every client to leave

    isReady: () => takesConnections(port),

    complete: async () => {
      const login = { PGPASSWORD: config.databasePassword }
      const psql = (database: string, sql: string) => {
        const server = ['--host', '127.0.0.1', '--port', String(port), '--username', 'metastore']
        return run(
          'psql',
          [...server, '--dbname', database, '--no-psqlrc', '--tuples-only', '-c', sql],
          login,
        )
      }
      const found = await psql('postgres', `SELECT 'found' FROM pg_database WHERE datname = 'metastore'`)
      if (!found.includes('found')) await psql('postgres', 'CREATE DATABASE metastore')
    },
  }
}
