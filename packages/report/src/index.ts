export type { Report, ReportAlarm, ReportColumn, ReportDay, ReportSource, ReportWindow } from './report.js'
export { reportPage } from './report-page.js'
