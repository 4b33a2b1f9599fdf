# What runs rarely, or for a person's eyes, is compiled for size where the size of the file is a promise: everything in
# the calling folder and below it.
macro(plumb_small_here)
  if(PLUMB_STATIC)
    add_compile_options(-Os)
  endif()
endmacro()
