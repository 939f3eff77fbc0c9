import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findJava, missingMaven } from './find-program.js'
import { installOnce, unpackFromMaven } from './install-once.js'
import { configurationVariables, type NativeContext, type NativePart } from './native-part.js'
import { buildEnvironment, serverEnvironment } from './program-environment.js'
import { responseText } from './probe.js'
import { infraFolder } from './stack-config.js'

const javaVersions = { min: 24, max: 99 }

// The other plugins are not used here and would double the size on disk.
const plugins = new Set([
  ...['hive', 'iceberg', 'memory', 'tpch', 'jmx', 'http-event-listener', 'password-authenticators'],
  ...['resource-group-managers', 'session-property-managers', 'spooling-filesystem'],
])

/** Trino, installed from its archive on Maven Central. */
export function nativeTrino({ config, folder, environment, onStep, signal }: NativeContext): NativePart {
  const { ports, versions } = config
  const home = join(folder, 'programs', `trino-${versions.trino}`)
  const java = () => findJava(javaVersions, environment)

  return {
    name: 'trino',
    ports: { TRINO_PORT: ports.trino },

    missing: async () => [
      ...((await java())
        ? []
        : [
            'a JDK 24 or later for Trino (https://adoptium.net, brew install openjdk, sdk install java 25-tem)',
          ]),
      ...(await missingMaven(environment)),
    ],

    install: () =>
      installOnce(home, async (into) => {
        onStep(`downloading Trino ${versions.trino} (820 MB, first run only)`)
        await unpackFromMaven(`io.trino:trino-server:${versions.trino}:tar.gz`, {
          into,
          env: buildEnvironment(environment),
          signal,
        })
        // Delete plugins only after unpacking everything: the archive's jars are hard links to one another, across plugins.
        for (const plugin of await readdir(join(into, 'plugin'))) {
          if (!plugins.has(plugin)) await rm(join(into, 'plugin', plugin), { recursive: true })
        }
      }),

    prepare: async () => {},

    program: async () => ({
      command: join(home, 'bin', 'launcher'),
      args: [
        'run',
        ...['-etc-dir', join(infraFolder, 'trino'), '-data-dir', join(folder, 'data', 'trino')],
        ...['-jvm-dir', (await java()) ?? ''],
      ],
      env: serverEnvironment(environment),
      settings: configurationVariables(config),
    }),

    endSignal: 'SIGTERM',

    isReady: async () => {
      const info = await responseText(`http://127.0.0.1:${ports.trino}/v1/info`)
      return info !== undefined && (JSON.parse(info) as { starting: boolean }).starting === false
    },

    complete: async () => {},
  }
}
