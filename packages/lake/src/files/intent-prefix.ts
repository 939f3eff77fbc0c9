/** Folder of a lake's intents, and of the marks of its tables. Engines read nothing below it, as its name starts with `_`. */
export const intentPrefix = '_intents/'
