export { CurrentPrincipal, Requires } from './access.decorators.js';
export { ACCESS_PROBLEMS } from './access.error.js';
export { AccessModule } from './access.module.js';
export { isGranted, type Permission, type Principal, type Role, ROLES } from './permission.js';
export { requirePermission } from './require-permission.js';
export { TokenEntity } from './tokens/token.entity.js';
export { createTokenText } from './tokens/token-text.js';
