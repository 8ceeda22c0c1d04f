"""The grammar of schema.prisma: text → tokens → lines → blocks, without looking up names."""
