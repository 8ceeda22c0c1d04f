"""The language of schema.prisma: text → tokens → lines → blocks, before names are looked up."""
