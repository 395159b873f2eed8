"""What the operator's commands do: status, doctor, init, verify."""
