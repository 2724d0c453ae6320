# Load every class of the generated gem: constants are loaded when they are first named.
require 'openapi_client'

names = OpenapiClient.constants
names.each { |name| OpenapiClient.const_get(name) }
abort 'no model is there' unless names.size > 100
puts "#{names.size} constants loaded"
