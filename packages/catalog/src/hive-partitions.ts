import { lakeNames, qualifiedName, quoteLiteral, type Table } from '@minilake/schema'

/** The statement that registers one partition of a table in Trino's Hive connector. It fails with ALREADY_EXISTS if it is registered. */
export function registerPartition(table: Table, partition: Readonly<Record<string, string>>): string {
  return call('register_partition', table, partition)
}

/** The statement that unregisters one partition; its files stay. It fails with NOT_FOUND if it is not registered. */
export function unregisterPartition(table: Table, partition: Readonly<Record<string, string>>): string {
  return call('unregister_partition', table, partition)
}

/**
 * The statement that makes Trino list the folders of a table and register the new ones (ADD), or also unregister partitions whose folder
 * no longer exists (FULL).
 */
export function syncPartitions(table: Table, mode: 'ADD' | 'FULL'): string {
  const name = qualifiedName(lakeNames.catalog, 'system', 'sync_partition_metadata')
  return `CALL ${name}(${quoteLiteral(lakeNames.schema)}, ${quoteLiteral(table.name)}, ${quoteLiteral(mode)})`
}

function call(procedure: string, table: Table, partition: Readonly<Record<string, string>>): string {
  const array = (texts: string[]) => `ARRAY[${texts.map(quoteLiteral).join(', ')}]`
  const name = qualifiedName(lakeNames.catalog, 'system', procedure)
  return `CALL ${name}(${quoteLiteral(lakeNames.schema)}, ${quoteLiteral(table.name)}, ${array(Object.keys(partition))}, ${array(Object.values(partition))})`
}
