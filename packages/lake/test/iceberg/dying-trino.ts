import { proxiedTrino } from './proxied-trino.js'

/**
 * A proxy for Trino that answers nothing more from a statement on: with `isDone: false` it does not pass the statement on, else it passes it
 * on and keeps back the answer that it is done. Calls `onDeath` then.
 */
export async function dyingTrino(
  trino: string,
  isLast: RegExp,
  isDone: boolean,
  onDeath: () => void = () => undefined,
) {
  let [isDead, lastId] = [false, '']
  const die = () => {
    if (!isDead) onDeath()
    isDead = true
  }
  const isLastStatement = (sql: string | undefined) => sql !== undefined && isLast.test(sql)
  const proxy = await proxiedTrino(trino, {
    onRequest: (sql) => {
      if (isLastStatement(sql) && !isDone) die()
      return !isDead
    },
    onAnswer: (text, sql) => {
      const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
      if (isLastStatement(sql)) lastId = id
      if (lastId !== '' && id === lastId && text.includes('"state":"FINISHED"')) die()
      return !isDead
    },
  })
  return { ...proxy, isDead: () => isDead }
}
