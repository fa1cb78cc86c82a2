variable "exoscale_api_key" {
  description = "Exoscale API key; without it the provider reads EXOSCALE_API_KEY from the environment."
  type        = string
  default     = null
  sensitive   = true
}

variable "exoscale_api_secret" {
  description = "Its secret; without it the provider reads EXOSCALE_API_SECRET from the environment."
  type        = string
  default     = null
  sensitive   = true
}

variable "bootstrapped" {
  description = "Whether every control plane is up: then the cluster's keys are taken out of their user-data."
  type        = bool
  default     = false
}
