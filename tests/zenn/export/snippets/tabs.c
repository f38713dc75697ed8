int a;

	int b; 
  
