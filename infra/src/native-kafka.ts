import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findJava, missingMaven } from './find-program.js'
import { installOnce, runMaven } from './install-once.js'
import type { NativeContext, NativePart } from './native-part.js'
import { buildEnvironment, serverEnvironment } from './program-environment.js'
import { kafkaAnswers } from './probe.js'
import { runProgram } from './run-program.js'
import { infraFolder } from './stack-config.js'

const javaVersions = { min: 17, max: 99 }

/** Kafka: one broker in KRaft mode, from the jars of pom.xml. */
export function nativeKafka({ config, folder, environment, onStep, signal }: NativeContext): NativePart {
  const { ports, versions } = config
  const home = join(folder, 'programs', `kafka-${versions.kafka}`)
  const data = join(folder, 'data', 'kafka')
  const source = join(infraFolder, 'kafka')
  const properties = join(data, 'server.properties')
  const java = async () => join((await findJava(javaVersions, environment)) ?? '', 'bin', 'java')
  const javaArguments = (heap: string) => [
    ...[`-Xmx${heap}`, '-XX:+UseSerialGC', '-cp', join(home, '*')],
    ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'],
  ]
  const [broker, controller] = [`127.0.0.1:${ports.kafka}`, `127.0.0.1:${ports.kafkaController}`]
  const addresses = {
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${broker}`,
    'controller.quorum.voters': `1@${controller}`,
    'log.dirs': join(data, 'log'),
  }

  return {
    name: 'kafka',
    ports: { KAFKA_PORT: ports.kafka, KAFKA_CONTROLLER_PORT: ports.kafkaController },

    missing: async () => [
      ...((await findJava(javaVersions, environment))
        ? []
        : ['a JDK 17 or later for Kafka (apt-get install openjdk-17-jdk-headless, brew install openjdk@17)']),
      ...(await missingMaven(environment)),
    ],

    install: () =>
      installOnce(home, async (into) => {
        onStep(`downloading Kafka ${versions.kafka} (54 MB, first run only)`)
        await runMaven(
          [
            ...['dependency:copy-dependencies', '--file', join(source, 'pom.xml')],
            ...[`-Dkafka.version=${versions.kafka}`, `-DoutputDirectory=${into}`],
          ],
          { env: buildEnvironment(environment), cwd: into, signal },
        )
      }),

    prepare: async () => {
      await mkdir(data, { recursive: true, mode: 0o700 })
      const settings = await readFile(join(source, 'server.properties'), 'utf8')
      const lines = Object.entries(addresses).map(([name, value]) => `${name}=${value}\n`)
      await writeFile(properties, `${settings}\n${lines.join('')}`, { mode: 0o600 })
      if (await stat(join(data, 'log', 'meta.properties')).catch(() => undefined)) return
      await runProgram(
        await java(),
        [
          ...javaArguments('128m'),
          ...['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId()],
          ...['--ignore-formatted', '--config', properties],
        ],
        { env: serverEnvironment(environment), signal },
      )
    },

    program: async () => ({
      command: await java(),
      args: [...javaArguments('384m'), 'kafka.Kafka', properties],
      env: serverEnvironment(environment),
      settings: { KAFKA_PORT: String(ports.kafka), KAFKA_CONTROLLER_PORT: String(ports.kafkaController) },
    }),

    endSignal: 'SIGTERM',

    isReady: () => kafkaAnswers(ports.kafka),

    complete: async () => {},
  }
}

/** A random UUID as Kafka writes it: base64url without padding, and not starting with a hyphen, which its tool takes for an option. */
function clusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A')
}
