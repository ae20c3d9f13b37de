import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { UuidParam } from '../../platform/http/path-param.decorator.js';
import { CurrentPrincipal, Requires } from '../access.decorators.js';
import { ACCESS_PROBLEMS } from '../access.error.js';
import type { Principal } from '../permission.js';
import { CreatedTokenDto, CreateTokenDto, PrincipalDto, TokenDto, TokenListDto } from './token.dto.js';
import { TokensService } from './tokens.service.js';

@ApiTags('tokens')
@ApiBearerAuth()
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @Requires('tokens:manage')
  @ApiOperation({ summary: 'Make a token; it is shown in this answer only' })
  @ApiProblems(ACCESS_PROBLEMS, 'token-name-taken')
  async create(@Body() body: CreateTokenDto, @CurrentPrincipal() principal: Principal): Promise<CreatedTokenDto> {
    const { token, text } = await this.tokens.create(body, principal);
    return Object.assign(new CreatedTokenDto(), TokenDto.from(token), { token: text });
  }

  @Get()
  @Requires('tokens:manage')
  @ApiOperation({ summary: 'List tokens, revoked ones included' })
  async list(): Promise<TokenListDto> {
    return { items: (await this.tokens.list()).map((token) => TokenDto.from(token)) };
  }

  @Get('self')
  @Requires('self:read')
  @ApiOperation({ summary: 'Whose token is this' })
  self(@CurrentPrincipal() principal: Principal): PrincipalDto {
    return { tokenId: principal.tokenId, name: principal.name, role: principal.role };
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('tokens:manage')
  @ApiOperation({ summary: 'Revoke a token; it stops working within five seconds' })
  @ApiProblems(ACCESS_PROBLEMS, 'token-not-found')
  revoke(@UuidParam('id') id: string): Promise<void> {
    return this.tokens.revoke(id);
  }
}
