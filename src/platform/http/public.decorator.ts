import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const PUBLIC_ROUTE = 'atom:public-route';

/** A route that needs no token. Only health, metrics and documentation are. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_ROUTE, true);
