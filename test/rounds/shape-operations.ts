import type { Definition } from './readings-model.js'
import type { Operation } from './step.js'

/** Adds a nullable column: the first one gets values, further ones do not. */
export const addColumn: Operation = (model) => {
  const { hasTorque, spares } = model.definition
  const definition: Definition = {
    ...model.definition,
    ...(hasTorque ? { spares: spares + 1 } : { hasTorque: true }),
  }
  return {
    kind: 'add a column',
    detail: hasTorque ? `spare_${spares + 1}` : 'torque',
    definition,
    call: (table) => ({ method: 'register', args: [{ tables: [table] }] }),
    apply: (changed) => void (changed.definition = definition),
  }
}

/** Takes the table from the catalog; its files stay. */
export const dropFromCatalog: Operation = ({ definition }) => ({
  kind: 'drop without data',
  detail: 'all',
  definition,
  call: (table) => ({ method: 'drop', args: [table, { remove: true }] }),
  changesCatalogOnly: true,
  apply: () => {},
})

/** Changes the name or the type of a column. */
export const rewrite: Operation = (model, random) => {
  const { definition: former } = model
  const isRenamed = random.below(2) === 0
  const definition: Definition = {
    ...former,
    ...(isRenamed
      ? { level: former.level === 'level' ? 'height' : 'level' }
      : { type: former.type === 'real' ? 'double' : 'real' }),
  }
  return {
    kind: 'rewrite',
    detail: `with ${definition.level} ${definition.type}`,
    definition,
    call: (table) => ({
      method: 'rewrite',
      args: [table, { rewrite: true, ...(isRenamed && { map: { [former.level]: definition.level } }) }],
    }),
    apply: (changed) => void (changed.definition = definition),
  }
}
