"""Random workflows, random schedules: whatever runs them, they tell one story."""
