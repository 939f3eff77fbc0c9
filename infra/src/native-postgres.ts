import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { findPostgres } from './find-program.js'
import { installOnce } from './install-once.js'
import type { NativeContext, NativePart } from './native-part.js'
import { isPasswordRefusal, otherCredentialsError } from './other-credentials.js'
import { serverEnvironment } from './program-environment.js'
import { runProgram } from './run-program.js'

/** PostgreSQL, which stores the metastore's tables: the machine's own programs with a data folder of the stack. */
export function nativePostgres({ config, folder, environment, signal }: NativeContext): NativePart {
  const port = config.ports.postgres
  const env = serverEnvironment(environment)
  const data = join(folder, 'data', 'postgres')
  const program = async (name: string) => {
    // A data folder can only be used by the major version that created it.
    const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
    return join((await findPostgres(environment, version?.trim())) ?? '', name)
  }
  const server = ['--host', '127.0.0.1', '--port', String(port), '--username', 'metastore']
  const run = async (name: string, args: string[], { variables = {}, cwd = data } = {}) =>
    runProgram(await program(name), args, {
      env: { ...env, ...variables },
      cwd,
      account: await account(),
      signal,
    })

  // PostgreSQL refuses to run as root. If we are root, it runs as the user that its package created.
  const account = async () => {
    if (getuid?.() !== 0) return undefined
    const id = async (flag: string) => Number(await runProgram('id', [flag, 'postgres'], { env }))
    return { uid: await id('-u'), gid: await id('-g') }
  }

  return {
    name: 'postgres',
    ports: { POSTGRES_PORT: port },

    missing: async () => {
      if ((await findPostgres(environment)) === undefined)
        return ['PostgreSQL (apt-get install postgresql, brew install postgresql@15)']
      const isAllowed = await account().then(
        () => true,
        () => false,
      )
      return isAllowed
        ? []
        : [
            'the user postgres, because PostgreSQL refuses to run as root (its package creates the user; or run minilake as a user other than root)',
          ]
    },

    install: async () => {},

    prepare: () =>
      installOnce(data, async (into) => {
        const owner = await account()
        if (owner) {
          await chown(into, owner.uid, owner.gid)
          await runProgram('ls', [into], { env, account: owner, signal }).catch((cause: unknown) => {
            signal?.throwIfAborted()
            throw new Error(
              `PostgreSQL cannot run as root, and the user postgres cannot open ${into}: give other users access to the folders above it (chmod o+x), or choose another folder`,
              { cause },
            )
          })
        }
        // Next to the data folder, because initdb requires that folder to be empty.
        const passwordFile = `${into}.password`
        await writeFile(passwordFile, config.databasePassword, { mode: 0o600 })
        if (owner) await chown(passwordFile, owner.uid, owner.gid)
        try {
          const initdb = [
            ...['--pgdata', into, '--username', 'metastore', '--pwfile', passwordFile],
            ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale'],
          ]
          await run('initdb', initdb, { cwd: into })
        } finally {
          await rm(passwordFile)
        }
      }),

    program: async () => ({
      command: await program('postgres'),
      // No Unix socket: its path could exceed the system's limit.
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
      env,
      cwd: data,
      account: await account(),
    }),

    endSignal: 'SIGINT', // "fast" shutdown: SIGTERM would wait until every client disconnects

    // A successful connection is not enough: the port is open before the server is ready, above all after a crash.
    isReady: () =>
      run('pg_isready', [...server, '--timeout', '2']).then(
        () => true,
        () => false,
      ),

    complete: async () => {
      const psql = (database: string, sql: string) =>
        run('psql', [...server, '--dbname', database, '--no-psqlrc', '--tuples-only', '-c', sql], {
          variables: { PGPASSWORD: config.databasePassword },
        })
      const found = await psql(
        'postgres',
        `SELECT 'found' FROM pg_database WHERE datname = 'metastore'`,
      ).catch((cause: unknown) => {
        if (!isPasswordRefusal(String(cause))) throw cause
        const removal = 'minilake down --native --volumes --yes'
        throw otherCredentialsError({ found: 'changed', data: [data], removal, cause })
      })
      if (!found.includes('found')) await psql('postgres', 'CREATE DATABASE metastore')
    },
  }
}
