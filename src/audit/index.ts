export { AuditModule } from './audit.module.js';
export { type AuditEntry, type AuditFilter, type NewAuditEntry } from './audit-entry.js';
export { AuditEntryEntity } from './audit-entry.entity.js';
export { AuditLog } from './audit-log.js';
