import nxRenderer from 'nx/release/changelog-renderer'

/** Renders one version of a package's changelog from conventional commits. */
export default class ChangelogRenderer extends nxRenderer.default {}
