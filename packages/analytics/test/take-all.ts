/** All rows of a result. Node 20 has no Array.fromAsync. */
export async function takeAll<R>(rows: AsyncIterable<R>): Promise<R[]> {
  const taken: R[] = []
  for await (const row of rows) taken.push(row)
  return taken
}
